// The screen as a lamp: fills the page with one colour at a time, as the box says, and tells it when each was painted.
// It goes out by itself when the box falls silent, and for good when somebody does not want it.
const DARK_AFTER_MS = 2500;
const dialog = document.getElementById("light");
const stiller = matchMedia("(prefers-reduced-motion: reduce), (forced-colors: active)");
let asked = null;
let shown = "";
let watchdog = 0;
const UNWANTED = "light-unwanted";

function send(command, fields) {
  const body = new URLSearchParams({ csrf: asked.csrf, ...fields });
  return fetch(`${asked.attendance}/${command}`, { method: "POST", body }).catch(() => {});
}

function dark() {
  clearTimeout(watchdog);
  shown = "";
  if (dialog?.open) dialog.close();
}

function refuse() {
  if (asked) send("light-refused", {});
  asked = null;
  dark();
}

/** Somebody has said so: the choice is not made for them again. */
function stop() {
  if (asked) sessionStorage.setItem(UNWANTED, `${asked.attendance}/capture`);
  refuse();
}

/** A form that has a face captured: with what it says of colours, this page shows them until `lightOut`. */
export function lightFor(form, body) {
  if (body.get("show_colours") !== "1") return;
  asked = { attendance: form.action.replace(/\/capture$/, ""), csrf: body.get("csrf") };
}

export function lightOut() {
  asked = null;
  dark();
}

/** `light`: a ticket and a colour, or null. Each ticket is painted once, and told once it has been. */
export function paint(light) {
  if (!asked || !light) {
    dark();
    return;
  }
  clearTimeout(watchdog);
  watchdog = setTimeout(refuse, DARK_AFTER_MS);
  if (light.ticket === shown) return;
  shown = light.ticket;
  const heard = performance.now();
  dialog.style.backgroundColor = `rgb(${light.colour.join(" ")})`;
  if (!dialog.open) dialog.showModal();
  // The second frame begins when the first one has been drawn.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if (shown !== light.ticket || !asked) return;
    send("light", { ticket: light.ticket, after_ms: Math.floor(performance.now() - heard) });
  }));
}

/** The choice is offered where the page can keep it: not where a computer is asked for less movement, or keeps colours
 * of its own. What was
 * chosen for an attendance stays, however often its page is drawn or loaded anew. */
export function offerLight(root) {
  if (!dialog || stiller.matches) return;
  for (const choice of root.querySelectorAll("[data-light]")) {
    const input = choice.querySelector("input");
    choice.hidden = false;
    input.disabled = false;
    input.checked = sessionStorage.getItem(UNWANTED) !== input.form.action;
    input.addEventListener("change", () => {
      sessionStorage.setItem(UNWANTED, input.checked ? "" : input.form.action);
    });
  }
}

if (dialog) {
  // Escape closes it; whether it is cancelled first is the browser's to say.
  dialog.addEventListener("close", () => {
    if (shown && !dialog.open) stop();
  });
  dialog.querySelector("button").addEventListener("click", stop);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && dialog.open) refuse();
  });
}
