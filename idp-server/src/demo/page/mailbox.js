// Shows new mail without a reload: looks every two seconds, and only while the page is seen.
"use strict";

async function look() {
  if (document.hidden) return;
  try {
    const messages = await (await fetch("/api/messages", { cache: "no-store" })).json();
    const newest = messages.length ? messages[messages.length - 1].id : "0";
    if (newest === document.body.dataset.newest) return;

    const page = await (await fetch("/", { cache: "no-store" })).text();
    const next = new DOMParser().parseFromString(page, "text/html");
    document.getElementById("mailbox").replaceWith(next.getElementById("mailbox"));
    document.body.dataset.newest = next.body.dataset.newest;
  } catch {
    // The demo was stopped; it may come back.
  }
}

setInterval(look, 2000);
document.addEventListener("visibilitychange", look);
