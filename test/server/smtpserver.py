"""A mail server for tests, by aiosmtpd. It keeps what it takes in a folder.

What it does to a recipient goes by the beginning of the address:
  grey…    comes back later: 451 at the first time
  nobody…  550, it has no such mailbox
  spam…    554 at the end of the mail
  cut…     takes the mail, and cuts the connection before it says so; at the first time
All others are taken.
"""

import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

options = json.loads(sys.argv[1])
seen = set()


def first(address):
    if address in seen:
        return False
    seen.add(address)
    return True


class Handler:
    taken = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("grey") and first(address):
            return "451 4.7.1 Greylisted, please come again in a minute"
        if address.startswith("nobody"):
            return "550 5.1.1 <" + address + ">: no such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith("spam"):
            return "554 5.7.1 This looks like spam"
        self.taken += 1
        login = getattr(session, "auth_data", None)
        name = os.path.join(options["dir"], "%06d" % self.taken)
        with open(name + ".tmp", "w") as f:
            json.dump({
                "from": envelope.mail_from, "to": envelope.rcpt_tos, "hello": session.host_name, "encrypted": session.ssl is not None or options["tls"] == "tls",
                "user": login.login.decode() if login else "", "content": envelope.content.decode("latin-1"),
            }, f)
        os.rename(name + ".tmp", name + ".json")
        if to.startswith("cut") and first(to):
            server.transport.abort()
        return "250 2.0.0 Ok: queued as %06d" % self.taken


def authenticate(server, session, envelope, mechanism, data):
    ok = isinstance(data, LoginPassword) and data.login.decode() == options["user"] and data.password.decode() == options["password"]
    return AuthResult(success=ok, handled=ok, auth_data=data)


async def main():
    context = None
    if options["tls"]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["cert"], options["key"])
    starttls = context if options["tls"] == "starttls" else None
    login = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": bool(starttls)} if options["user"] else {}
    handler = Handler()

    def protocol():
        return SMTP(handler, hostname="mail.test", tls_context=starttls, require_starttls=bool(starttls), **login)

    host, port = options["listen"].rsplit(":", 1)
    server = await asyncio.get_running_loop().create_server(protocol, host, int(port), ssl=context if options["tls"] == "tls" else None)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
