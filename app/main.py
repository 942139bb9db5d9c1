"""The pages and what surrounds them; started by the launcher."""

import streamlit as st

from app.access import login, visitors
from app.ui.shared import garbage
from app.ui.shared.navigation import page_path
from app.ui.shared.refusals import refusals_shown, room_note

garbage.spare_modules()
st.set_page_config(page_title="SAC Desk", page_icon="📈", layout="wide")
if visitors.signed_out():
    st.title("SAC Desk")
    st.markdown("Portfolios, their record and this week's weights are for people who are logged in.")
    st.button("Log in", on_click=st.login, type="primary", icon=":material/login:", key="login")
    st.stop()

page = st.navigation(
    [
        st.Page(
            page_path("overview"),
            title="Overview",
            icon=":material/dashboard:",
            help="What needs your attention now: champions, running trainings, age of the data.",
            default=True,
        ),
        st.Page(
            page_path("training"),
            title="Training",
            icon=":material/model_training:",
            help="Start a training, watch it, cancel it, and read what earlier ones did.",
        ),
        st.Page(
            page_path("experiments"),
            title="Experiments",
            icon=":material/science:",
            help="Many settings at once, judged before the evaluation years, every trial counted.",
        ),
        st.Page(
            page_path("compare"),
            title="Compare",
            icon=":material/stacked_line_chart:",
            help="Versions and baselines side by side on the same weeks, out of sample and net of costs.",
        ),
        st.Page(
            page_path("promotion"),
            title="Promotion",
            icon=":material/how_to_reg:",
            help="Challengers: the gate, the evidence, approve or reject, and the way back.",
        ),
        st.Page(
            page_path("weights"),
            title="Weights",
            icon=":material/balance:",
            help="Target weights of the champion as of the last complete week, and the trades to get there.",
        ),
        st.Page(
            page_path("data"),
            title="Data",
            icon=":material/database:",
            help="Source and universe, what is known of each stock, and the refresh.",
        ),
    ],
    position="top",  # the width belongs to charts and tables
)
if login.login_configured():
    st.button("Log out", on_click=st.logout, type="tertiary", icon=":material/logout:", key="logout")
with refusals_shown():
    person = visitors.visitor()  # refuses somebody whom the desk does not know, before the page says anything
    if login.login_configured():
        st.caption(f"Logged in as {person.name}, {person.role}")
    room_note()
    page.run()
