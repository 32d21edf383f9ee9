// Asks the authenticator. Whatever it answers is judged by the server; whatever goes wrong is said, with a way on.

const byId = (id) => document.getElementById(id);
const form = document.querySelector("form[data-passkey]");
const able = typeof PublicKeyCredential === "function" && Boolean(navigator.credentials);
// A challenge is good for five minutes; an older one is not worth asking with.
const FRESH = 4 * 60 * 1000;

const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const read = (kind, json) => {
  const name = kind === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[name]) return PublicKeyCredential[name](json);
  const options = { ...json, challenge: decode(json.challenge) };
  if (json.user) options.user = { ...json.user, id: decode(json.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    options[list] = json[list]?.map((entry) => ({ ...entry, id: decode(entry.id) }));
  }
  return options;
};

const write = (credential) => {
  try {
    // Some password managers put a function there that fails.
    if (credential.toJSON) return credential.toJSON();
  } catch {}
  const { response } = credential;
  const json = { clientDataJSON: encode(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) json[part] = encode(response[part]);
  }
  if (response.getTransports) json.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: json,
  };
};

const put = (name, value) => {
  const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  field.value = value;
};

// The same summary that the server writes.
const tell = (what) => {
  byId("error-summary")?.remove();
  if (!what) return;
  const summary = Object.assign(document.createElement("div"), { className: "summary", id: "error-summary", tabIndex: -1 });
  summary.setAttribute("role", "alert");
  const add = (parent, tag, text = "") => parent.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
  add(summary, "h2", form.dataset.problem);
  const link = add(add(add(summary, "ul"), "li"), "a", form.dataset[what]);
  link.href = `#${form.querySelector("button").id}`;
  const fine = add(summary, "p", `${form.dataset.code} `);
  fine.className = "fine";
  add(fine, "code", `passkey_${what}`).id = "error-code";
  document.querySelector("main h1").before(summary);
  summary.focus();
};

// What is known here, told to whoever keeps passkeys (WebAuthn Level 3 §5.1.10); one that cannot listen is left alone.
const signal = (name, what) => PublicKeyCredential[`signal${name}`]?.(what).catch(() => {});

// Which passkey was answered with: the page that refuses it as unknown names none.
const LAST = "passkey-answered-with";
const remember = (id) => {
  try {
    sessionStorage.setItem(LAST, id);
  } catch {}
};
const recall = () => {
  try {
    const id = sessionStorage.getItem(LAST);
    sessionStorage.removeItem(LAST);
    return id;
  } catch {
    return null;
  }
};

const reason = (error, since) => {
  switch (error.name) {
    case "AbortError":
      return null;
    case "InvalidStateError":
      return "registered";
    case "NotAllowedError":
      return Date.now() - since > FRESH ? "timed_out" : "cancelled";
    case "TimeoutError":
      return "timed_out";
    case "NotSupportedError":
    case "ConstraintError":
    case "SecurityError":
      return "unsupported";
    default:
      return "failed";
  }
};

if (form && able) {
  const kind = form.dataset.passkey;
  const last = recall();
  if (last && form.dataset.forgotten) signal("UnknownCredential", { rpId: form.dataset.forgotten, credentialId: last });
  const button = form.querySelector("button");
  let challenge = null;
  let asking = null;

  const renew = async () => {
    const body = new URLSearchParams();
    for (const name of ["interaction", "csrf"]) if (form.elements[name]) body.set(name, form.elements[name].value);
    body.set("action", button.value);
    const answer = await fetch(`${form.getAttribute("action")}/options`, { method: "POST", body, cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error("no challenge");
    const got = await answer.json();
    if (got.location) {
      location.replace(got.location);
      await new Promise(() => {});
    }
    challenge = { ...got, since: Date.now() };
  };

  // One request at a time: a browser refuses a second one while the first waits in the list of suggestions.
  const ask = async (mediation) => {
    asking?.abort();
    const mine = (asking = new AbortController());
    if (!challenge || Date.now() - challenge.since > FRESH) await renew();
    const { ceremony, options } = challenge;
    const publicKey = read(kind, options.publicKey);
    const request = { publicKey, signal: mine.signal };
    if (mediation) request.mediation = mediation;
    const credential = await navigator.credentials[kind](request);
    put("ceremony", ceremony);
    put("credential", JSON.stringify(write(credential)));
    remember(credential.id);
    button.removeAttribute("aria-disabled");
    form.requestSubmit(button);
  };

  const suggest = async () => {
    if (!form.dataset.autofill || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const again = setTimeout(() => document.visibilityState === "visible" && suggest(), FRESH);
    await ask("conditional").catch((error) => error.name === "AbortError" && clearTimeout(again));
  };

  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    tell(null);
    const since = Date.now();
    const label = button.textContent;
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.waiting;
    try {
      await ask();
    } catch (error) {
      tell(reason(error, since));
      suggest();
    }
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });

  form.hidden = false;
  addEventListener("pageshow", (event) => event.persisted && ((challenge = null), suggest()));
  if (form.dataset.autofill) suggest();
  else renew().catch(() => {});
} else if (form && !form.dataset.autofill) {
  tell("unsupported");
}

// The page of the member's own methods knows which passkeys are left, and what they are called.
const known = document.querySelector("[data-passkeys]");
if (known && able) {
  const { rpId, userId, name, displayName, allAcceptedCredentialIds } = JSON.parse(known.dataset.passkeys);
  await signal("AllAcceptedCredentials", { rpId, userId, allAcceptedCredentialIds });
  await signal("CurrentUserDetails", { rpId, userId, name, displayName });
}

// The page that offers the methods recommends this one where the device has what it takes.
const methods = byId("method");
const advice = byId("method-advice");
if (methods && advice && byId("method-passkey")) {
  let touched = false;
  methods.addEventListener("change", () => (touched = true));
  const told = able ? await PublicKeyCredential.getClientCapabilities?.().catch(() => null) : null;
  const builtIn = able && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable?.().catch(() => false));
  if (builtIn || told?.passkeyPlatformAuthenticator) {
    advice.textContent = advice.dataset.able;
    const tag = methods.querySelector(".tag");
    if (tag) document.querySelector("label[for=method-passkey]").append(" ", tag);
    if (!touched) byId("method-passkey").checked = true;
  } else if (!told?.hybridTransport) {
    advice.textContent = advice.dataset.unable;
  }
}
