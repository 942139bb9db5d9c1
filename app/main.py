"""The pages and what surrounds them; started by the launcher."""

import streamlit as st

from app.access import login, uploads, visitors
from app.ui.shared import garbage, tour
from app.ui.shared.navigation import pages
from app.ui.shared.refusals import refusals_shown, room_note
from sac.text import plain

garbage.spare_modules()
uploads.begin()
st.set_page_config(page_title="SAC Desk", page_icon="📈", layout="wide")
if visitors.signed_out():
    st.title("SAC Desk")
    st.markdown("Log in to see portfolios, their history and this week's weights.")
    st.button("Log in", on_click=st.login, type="primary", icon=":material/login:", key="login")
    uploads.finish()
    st.stop()

page = st.navigation(pages(), position="top")  # the width belongs to charts and tables
if login.login_configured():
    st.button("Log out", on_click=st.logout, type="tertiary", icon=":material/logout:", key="logout")
with refusals_shown():
    person = visitors.visitor()  # refuses somebody whom the desk does not know, before the page says anything
    if login.login_configured():
        st.caption(f"Logged in as {plain(person.name)}, {person.role}")
    room_note()
    tour.step(page)
    page.run()
uploads.finish()
