"""Mail: over verified TLS or not at all, and a refusal is a reason without a secret."""

import socket
from base64 import b64encode
from contextlib import suppress
from email import message_from_bytes, policy

import pytest

from app.digest import mail, sending
from app.digest.mail import Mailbox, MailServer
from app.digest.message import message_of
from app.digest.sending import Unsent
from tests.support.digests import DIGEST
from tests.support.loopback_receivers import (
    PASSWORD,
    USER,
    Post,
    dripping,
    free_port,
    leaving,
    mail_server,
    raw_server,
    silent,
)

MESSAGE = message_of(DIGEST)
HOST, TO = "127.0.0.1", "ann@example.com"


def mailbox(port, security="starttls", user="", password="", host=HOST):
    return Mailbox(MailServer(host, port, security, "desk@example.com", user, password), TO)


def reason(box):
    with pytest.raises(Unsent) as refusal:
        box.send(MESSAGE)
    return str(refusal.value)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_digest_arrives_encrypted_as_text_and_as_a_page(trusted, security):
    post, context = Post(), trusted.context()
    with mail_server(post, **{security: context}) as port:
        for _ in range(2):
            mailbox(port, security).send(MESSAGE)
    first, second = (message_from_bytes(content, policy=policy.default) for _, content in post.mails)
    assert [to for to, _ in post.mails] == [TO, TO]
    assert (first["Subject"], first["To"]) == ("SAC Desk: week of 2026-11-23", TO)
    assert first.get_content_type() == "multipart/alternative"
    assert first.get_body(("plain",)).get_content().splitlines() == MESSAGE.text.splitlines()
    assert first.get_body(("html",)).get_content().splitlines() == MESSAGE.html.splitlines()
    assert first["Message-ID"] == second["Message-ID"]


def test_who_is_asked_to_log_in_does_so(trusted):
    post = Post()
    with mail_server(post, starttls=trusted.context(), login=True) as port:
        mailbox(port, user=USER, password=PASSWORD).send(MESSAGE)
        assert "530" in reason(mailbox(port))
    assert len(post.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(authority, security):
    post = Post()
    with mail_server(post, **{security: authority.context()}) as port:
        assert "certificate is not trusted" in reason(mailbox(port, security, USER, PASSWORD))
    assert post.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host_gets_nothing(trusted, security):
    post = Post()
    with mail_server(post, **{security: trusted.context("mail.example.com")}) as port:
        assert "certificate is not trusted" in reason(mailbox(port, security))
    assert post.mails == []


def test_a_server_without_starttls_gets_neither_mail_nor_password():
    said = []

    def talk(connection, over):
        connection.sendall(b"220 ready\r\n")
        while line := connection.recv(1000):
            said.append(line)
            connection.sendall(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")

    with raw_server(talk) as port:
        assert "no STARTTLS" in reason(mailbox(port, user=USER, password=PASSWORD))
    assert {line.split()[0] for line in said} <= {b"ehlo", b"EHLO", b"QUIT", b"quit"}


def test_a_wrong_password_is_said_and_not_shown(trusted):
    with mail_server(Post(), starttls=trusted.context(), login=True) as port:
        why = reason(mailbox(port, user=USER, password="wrong-password-1"))
    assert why == "The mail server refuses the user name or password (code 535)."


def test_words_of_a_server_that_repeat_the_password_are_struck_out(trusted):
    encoded = b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    post = Post(answer=f"554 {PASSWORD} and {encoded} are no good")
    with mail_server(post, starttls=trusted.context(), login=True) as port:
        why = reason(mailbox(port, user=USER, password=PASSWORD))
    assert why == "The mail server refuses it: 554 *** and *** are no good"


def test_a_recipient_that_is_refused_is_the_reason(trusted):
    with mail_server(Post(refusing=[TO]), starttls=trusted.context()) as port:
        assert reason(mailbox(port)) == f"The mail server refuses it: 550 5.1.1 {TO} is not known here"


def test_nobody_listens():
    assert reason(mailbox(free_port())) == "The mail server: No connection: Connection refused."


def test_an_unknown_name(monkeypatch):
    def unknown(*address, **options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "Its name is not known" in reason(mailbox(25, host="mail.invalid"))


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_server_that_says_nothing_is_left(monkeypatch, security):
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.2)
    with raw_server(silent) as port:
        assert "did not answer within" in reason(mailbox(port, security))


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_a_server_that_never_ends_its_answer_is_left(monkeypatch, security):
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 0.4)
    with raw_server(dripping) as port:
        assert "It took longer than" in reason(mailbox(port, security))


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_server_that_hangs_up(security):
    with raw_server(leaving) as port:
        assert reason(mailbox(port, security)).startswith("The mail server: ")


def test_a_connection_that_breaks_after_the_mail_counts_as_unsent():
    def talk(connection, over):
        connection.sendall(b"220 ready\r\n")
        answers = {b"D": b"354 go on\r\n"}
        while line := connection.recv(100_000):
            if line.endswith(b"\r\n.\r\n"):
                return
            connection.sendall(answers.get(line[:1].upper(), b"250 OK\r\n"))

    with raw_server(talk) as port:
        assert "It hung up" in reason(mailbox(port, "none"))


def test_a_server_that_is_rude_at_the_end_has_the_mail():
    def talk(connection, over):
        connection.sendall(b"220 ready\r\n")
        answers = {b"D": b"354 go on\r\n", b"Q": b"500 what?\r\n"}
        while line := connection.recv(100_000):
            with suppress(OSError):
                connection.sendall(answers.get(line[:1].upper(), b"250 OK\r\n"))

    with raw_server(talk) as port:
        mailbox(port, "none").send(MESSAGE)


def test_neither_server_nor_mailbox_shows_the_password():
    assert PASSWORD not in repr(mailbox(25, user=USER, password=PASSWORD))
