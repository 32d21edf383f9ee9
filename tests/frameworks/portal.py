"""A portal on Flask with Authlib: python3 portal.py. The environment tells its issuer, its client and its key."""

import os
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for

app = Flask(__name__)
app.secret_key = os.environ["SESSION_KEY"]
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="Lax")

oauth = OAuth(app)
oauth.register(
    "sekisho",
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
def home():
    if "sub" not in session:
        return {"sub": None}, 401
    return {"sub": session["sub"]}


@app.get("/sign-in")
def sign_in():
    return oauth.sekisho.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    tokens = oauth.sekisho.authorize_access_token()
    session.clear()
    session.update(sub=tokens["userinfo"]["sub"], id_token=tokens["id_token"])
    return redirect(url_for("home"))


@app.post("/sign-out")
def sign_out():
    hint = session.get("id_token", "")
    session.clear()
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": url_for("home", _external=True)})
    return redirect(oauth.sekisho.load_server_metadata()["end_session_endpoint"] + "?" + query, 303)


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))
