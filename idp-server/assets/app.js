// Help for those whose browser runs it; every page works without.

const all = (selector) => document.querySelectorAll(selector);
const byId = (id) => document.getElementById(id);
const say = (node, text) => {
  if (node && node.textContent !== text) node.textContent = text;
};

// What went wrong is read first.
byId("error-summary")?.focus();

// A form that was refused shows its page again as the answer. "Back" and "reload" shall ask for that page, not to send the
// form once more.
if (byId("error-summary") && document.body.dataset.page !== "error") history.replaceState(null, "", location.href);

// A password can be looked at while it is typed, and is hidden again before it is sent.
for (const box of all(".secret")) {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  const told = document.createElement("span");
  button.type = "button";
  button.setAttribute("aria-controls", input.id);
  told.className = "unseen";
  told.setAttribute("aria-live", "polite");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? box.dataset.hide : box.dataset.show;
    button.setAttribute("aria-pressed", String(shown));
  };
  show(false);
  button.addEventListener("click", () => {
    show(input.type === "password");
    told.textContent = input.type === "text" ? box.dataset.shown : box.dataset.hidden;
  });
  input.form.addEventListener("submit", () => show(false));
  box.append(button, told);
}

// A second click on a button sends nothing a second time; a while later, or back on the page, the form is free again.
for (const form of all("form")) {
  form.addEventListener("submit", (event) => {
    const waits = event.submitter?.getAttribute("aria-disabled") === "true";
    if (waits || form.dataset.sent) event.preventDefault();
    else {
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 10000);
    }
  });
}
addEventListener("pageshow", () => {
  for (const form of all("form")) delete form.dataset.sent;
});

// The wait before another mail can be sent.
for (const button of all("[data-wait-seconds]")) {
  const told = byId(button.getAttribute("aria-describedby"));
  const until = Date.now() + 1000 * Number(button.dataset.waitSeconds);
  const seen = told.cloneNode(true);
  // The seconds are for the eye: read aloud each second, they would drown everything else.
  seen.removeAttribute("id");
  seen.removeAttribute("aria-live");
  seen.setAttribute("aria-hidden", "true");
  told.before(seen);
  told.classList.add("unseen");
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      button.setAttribute("aria-disabled", "true");
      say(seen, told.dataset.waitText.replace("#", left));
      setTimeout(tick, 500);
    } else {
      button.removeAttribute("aria-disabled");
      say(seen, told.dataset.readyText);
      say(told, told.dataset.readyText);
    }
  };
  tick();
}

// The waiting page moves on by itself. It asks quietly, less often when nobody looks or the network is away.
const waiting = document.querySelector("[data-poll]");
if (waiting) {
  let pause = 3000;
  const ask = async () => {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(waiting.dataset.poll, {
          headers: { accept: "application/json" },
          cache: "no-store",
          redirect: "error",
        });
        if (answer.ok && (await answer.json()).verified) return location.replace(byId(waiting.dataset.refresh ?? "mail-refresh").href);
        pause = answer.ok ? 3000 : Math.min(pause * 2, 60000);
      } catch {
        pause = Math.min(pause * 2, 60000);
      }
    }
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
  document.addEventListener("visibilitychange", () => (pause = 3000));
}

// The key of the authenticator app is copied without the spaces that part it for the eye.
for (const key of all("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = key.dataset.copy;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(key.textContent.replace(/\s/g, ""));
    button.textContent = key.dataset.copied;
    setTimeout(() => (button.textContent = key.dataset.copy), 4000);
  });
  key.after(button);
}

// Codes on paper are printed from the page itself.
for (const place of all("[data-print]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-plain";
  button.textContent = place.dataset.print;
  button.addEventListener("click", () => print());
  place.prepend(button);
}

// The date of birth is read back while it is typed. Only plain forms are read here; the server reads all of them.
const birth = byId("birth-date");
if (birth) {
  const eras = { m: 1867, 明治: 1867, t: 1911, 大正: 1911, s: 1925, 昭和: 1925, h: 1988, 平成: 1988, r: 2018, 令和: 2018 };
  const plain = /^(?:(明治|大正|昭和|平成|令和|[mtshr])\.?(\d{1,2}|元)|(\d{4}))[-./年](\d{1,2})[-./月](\d{1,2})日?$/;
  const read = (typed) => {
    const text = typed.normalize("NFKC").toLowerCase().replace(/\s/g, "").replace(/[‐‑‒–—―−ー]/g, "-");
    const parts = text.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3").match(plain);
    if (!parts) return null;
    const year = parts[3] ? Number(parts[3]) : eras[parts[1]] + (parts[2] === "元" ? 1 : Number(parts[2]));
    const date = new Date(Date.UTC(year, parts[4] - 1, parts[5]));
    const exists = date.getUTCMonth() === parts[4] - 1 && date.getUTCDate() === Number(parts[5]);
    return exists && year > 1867 && date <= new Date() ? date : null;
  };
  const write = (date) => {
    const of = (locale, options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(date);
    if (document.documentElement.lang !== "ja") return of("en-GB", { dateStyle: "long" });
    const era = of("ja-JP-u-ca-japanese", { era: "long", year: "numeric" });
    return `${era}（${date.getUTCFullYear()}年）${of("ja-JP", { month: "long", day: "numeric" })}`;
  };
  const target = byId("birth-date-reading");
  let later;
  birth.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(() => {
      const date = read(birth.value);
      target.replaceChildren();
      if (!date) return;
      const strong = document.createElement("strong");
      strong.textContent = write(date);
      target.append(target.dataset.before, strong);
    }, 400);
  });
}

// The rules of a new password are ticked off as they are met.
const fresh = byId("new-password");
if (fresh) {
  const again = byId("new-password-confirm");
  const match = byId("password-match");
  const rules = byId("password-rules");
  const met = {
    length: (text, rule) => [...text.normalize("NFKC")].length >= Number(rule.dataset.minimum),
    composition: (text) =>
      [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(text.normalize("NFKC"))).length > 2,
  };
  const check = () => {
    for (const rule of rules.querySelectorAll("[data-rule]")) {
      const now = met[rule.dataset.rule](fresh.value, rule);
      if (rule.classList.toggle("met", now) && !rule.querySelector(".unseen")) {
        const told = document.createElement("span");
        told.className = "unseen";
        told.textContent = ` (${rules.dataset.met})`;
        rule.append(told);
      } else if (!now) rule.querySelector(".unseen")?.remove();
    }
    const same = fresh.value === again.value;
    say(match, again.value ? (same ? match.dataset.same : match.dataset.different) : "");
  };
  fresh.addEventListener("input", check);
  again.addEventListener("input", check);
}
