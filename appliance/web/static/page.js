// The page without reloading: commands are posted in place, what changed in the box is shown, a locked screen shows it.
// Everything but the signature also works without this file.
import { lightFor, lightOut, offerLight, paint } from "./light.js";
import { setUpSignature } from "./signature.js";

const RETRY_MS = 3000;
const UNSEEN_ROUND_MS = 15000;
const main = () => document.getElementById("main");
const offline = document.getElementById("offline");
let posting = 0;
let answered = 0;
let dirty = false;

function atLogIn(response) {
  return response.redirected && new URL(response.url).pathname === "/login";
}

function openDetails() {
  return [...document.querySelectorAll("details[id][open]")].map((element) => element.id);
}

const FOCUSABLE = "a, button, input:not([type=hidden]), select, textarea, summary, canvas";

/** Where the keyboard is, so that it is there again in the same view drawn anew. */
function focused() {
  return [...main().querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
}

/** Whether the page came back with what somebody had typed and nobody has saved. */
function holdsTyped() {
  return main().querySelector("[data-typed]") !== null;
}

/** Puts a freshly rendered page in place. `byItself` is for what nobody asked for: never over what somebody types. */
function show(html, { byItself }) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const nav = fresh.getElementById("nav");
  const shown = document.getElementById("nav");
  if (nav && shown && nav.outerHTML !== shown.outerHTML) shown.replaceWith(document.adoptNode(nav));
  const next = fresh.getElementById("main");
  if (next && !(byItself && dirty)) {
    document.title = fresh.title;
    showMain(next, byItself);
  }
}

function showMain(next, byItself) {
  // Parsed without scripting, what is for browsers without it would come alive.
  for (const element of next.querySelectorAll("noscript")) element.remove();
  const sameView = next.dataset.view === main().dataset.view;
  const open = sameView ? openDetails() : [];
  const at = sameView ? focused() : -1;
  const problem = document.getElementById("problem");
  // What was refused stays to be read until the next command, though the box has other news.
  if (byItself && sameView && problem && !next.querySelector("#problem")) next.prepend(problem.cloneNode(true));
  if (byItself && next.outerHTML === main().outerHTML) return;
  main().replaceWith(document.adoptNode(next));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  dirty = holdsTyped();
  setUp(main());
  if (!byItself) document.getElementById("problem")?.scrollIntoView({ block: "nearest" });
  const wrong = byItself ? null : main().querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
  else if (at >= 0) main().querySelectorAll(FOCUSABLE)[at]?.focus({ preventScroll: true });
  if (!sameView) {
    window.scrollTo(0, 0);
    main().focus({ preventScroll: true });
  }
}

async function post(form, submitter) {
  const button = submitter ?? form.querySelector("button");
  const body = new URLSearchParams(new FormData(form));
  posting += 1;
  button?.setAttribute("aria-busy", "true");
  if (button) button.disabled = true;
  try {
    lightFor(form, body);
    const action = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
    const response = await fetch(action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (atLogIn(response)) location.assign(response.url);
    else {
      offline.hidden = true;
      answered += 1;
      if (response.redirected) history.replaceState(null, "", response.url);
      show(await response.text(), { byItself: false });
    }
  } catch {
    offline.hidden = false;
    if (button) button.disabled = false;
  } finally {
    if (body.has("show_colours")) lightOut();
    posting -= 1;
    button?.removeAttribute("aria-busy");
  }
}

/** Asks for this page again because something changed; never over what somebody is typing. */
let refreshing = false;
let again = false;
async function refresh() {
  if (document.body.classList.contains("narrow")) return;
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  const [asked, known] = [location.href, answered];
  try {
    const response = await fetch(asked, { headers: { Accept: "text/html", "X-Background": "1" } });
    const html = await response.text();
    // A command was answered meanwhile: what was asked before it is old, and must not be drawn over its answer.
    if (asked !== location.href || known !== answered) again = true;
    else if (atLogIn(response)) location.assign(response.url);
    else if (response.status === 404) location.assign("/");
    else if (response.ok) show(html, { byItself: true });
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  } finally {
    refreshing = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

/** What to do now, under the live picture; what the page said of its own where there is nothing to say. */
let instruction = { code: "", sentence: "" };
function instruct(said) {
  instruction = said;
  for (const state of document.querySelectorAll("[data-instruction]")) {
    state.classList.toggle("good", said.code === "good");
    state.classList.toggle("asking", said.code.startsWith("ask-"));
    const words = state.querySelector(".instruction");
    const sentence = said.sentence || state.dataset.instruction;
    // The same once more would be read out once more.
    if (words.textContent !== sentence) words.textContent = sentence;
    for (const cue of state.querySelectorAll("[data-cue]")) {
      cue.toggleAttribute("hidden", !cue.dataset.cue.split(" ").includes(said.code));
    }
  }
}

/** A tab that nobody sees gives its connection back (a browser has six for one host), and looks now and then. */
function follow() {
  if (!document.getElementById("nav")) return;
  // The number that the page was drawn at: what changed before the stream was open is news as well.
  let seen = document.body.dataset.news;
  let events = null;
  let looking = 0;

  function listen() {
    if (document.hidden) return;
    events = new EventSource("/events");
    events.onmessage = (event) => {
      const known = seen;
      seen = event.data;
      offline.hidden = true;
      if (known !== seen) refresh();
    };
    events.addEventListener("instruction", (event) => {
      const said = JSON.parse(event.data);
      instruct(said);
      paint(said.light);
    });
    events.addEventListener("locked", () => {
      events.close();
      location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    });
    events.onerror = () => {
      seen = "";
      // Asking for the page tells what it is: the box is away, or the screen has locked.
      if (posting === 0) refresh();
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
    };
  }

  document.addEventListener("visibilitychange", () => {
    clearInterval(looking);
    events?.close();
    if (document.hidden) looking = setInterval(refresh, UNSEEN_ROUND_MS);
    else listen();
  });
  window.addEventListener("pagehide", () => events?.close());
  listen();
}

function setUp(root) {
  instruct(instruction);
  offerLight(root);
  for (const element of root.querySelectorAll("[data-uppercase]")) {
    element.addEventListener("input", () => {
      const { selectionStart, selectionEnd } = element;
      element.value = element.value.toUpperCase();
      element.setSelectionRange(selectionStart, selectionEnd);
    });
  }
  for (const picture of root.querySelectorAll(".live .preview")) {
    picture.addEventListener("load", () => picture.parentElement.classList.add("has-picture"));
  }
  for (const form of root.querySelectorAll("form[data-signature]")) {
    setUpSignature(form, () => {
      dirty = true;
      active();
    });
  }
}

/** Typing and signing are activity, though they ask for no page: the screen must not lock under somebody's hands. */
let told = 0;
function active() {
  if (!document.getElementById("nav") || performance.now() - told < 30000) return;
  told = performance.now();
  fetch("/session").catch(() => {});
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-inplace")) return;
  event.preventDefault();
  post(form, event.submitter);
});
document.addEventListener("input", (event) => {
  if (event.target.closest("main") && !event.target.closest("[data-light]")) dirty = true;
  active();
});

dirty = holdsTyped();
setUp(document);
follow();
