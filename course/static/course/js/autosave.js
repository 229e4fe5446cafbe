/* Saves private writing while it is written. The page works without this, by its
   buttons. Words go to the server only: nothing is ever kept in the browser. */
{
  const QUIET = 3000, AT_MOST = 5000, RETRY = 10000; // milliseconds
  const form = document.querySelector("form[data-autosave]");
  const status = document.getElementById("autosave");
  const address = form.getAttribute("action"); // form.action is a button here
  const { version, step } = form.elements;
  let timer, first = 0, started = 0, running = null, dirty = false, sent = false, aside = false;

  const say = (words, good = false) => {
    status.classList.toggle("saved", good);
    status.firstElementChild.hidden = !good;
    const text = status.lastElementChild;
    if (text.textContent !== words) text.textContent = words;
  };

  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, wait));
  };

  /* Three seconds after the last change; while someone goes on writing, every five. */
  const soon = () => {
    const now = Date.now();
    dirty = true;
    if (aside || sent) return;
    first ||= now;
    plan(Math.max(Math.min(now + QUIET, first + AT_MOST), started + AT_MOST) - now);
  };

  async function save(leaving = false) {
    if (sent || (leaving ? !dirty && !running : !dirty || running)) return;
    running?.abort();
    const mine = (running = new AbortController());
    clearTimeout(timer);
    dirty = false;
    first = 0;
    started = Date.now();
    step.value = Number(step.value) + 1; // the server drops an older one that arrives late
    const options = { method: "POST", headers: { Accept: "application/json" }, signal: mine.signal };
    try {
      const body = new FormData(form);
      const ask = (keepalive) => fetch(address, { ...options, body, keepalive });
      /* A browser sends at most 64 KB for a page that is being left. */
      const reply = await (leaving ? ask(true).catch(() => ask(false)) : ask(false));
      hear(reply, await reply.json());
    } catch {
      if (!mine.signal.aborted) again(form.dataset.unsaved);
    } finally {
      if (running === mine) {
        running = null;
        if (dirty && first) soon();
        else if (dirty) plan(RETRY);
      }
    }
  }

  const again = (words) => {
    dirty = true;
    say(words);
  };

  function hear(reply, facts) {
    const words = form.dataset;
    if (reply.status === 409) {
      aside = true; // quiet from here, but a last save still goes out on leaving
      return say(words.aside);
    }
    if (reply.status >= 500 || reply.status === 429) return again(words.unsaved);
    if (!reply.ok) return say(words.refused);
    if (facts.version) version.value = facts.version;
    if (!facts.signed_in) return say(words.locked);
    const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const problems = Object.values(facts.problems);
    if (problems.length) return say([words.problems, ...problems].join(" "));
    say(words.saved.replace("%", time), true);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
    running?.abort();
    step.value = Number(step.value) + 1;
  });
  addEventListener("pagehide", () => save(true));
  document.addEventListener("visibilitychange", () => document.hidden && save(true));

  /* “Leave this page now” takes this page out of the way back as well. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-leave]");
    if (!link) return;
    event.preventDefault();
    save(true);
    location.replace(link.href);
  });

  say(form.dataset.ready);

  /* Someone may have written before this script was there, or the browser may have put
     words back after a reload: those count as well. */
  const changed = (field) => field.name && field.type !== "hidden" && "defaultValue" in field &&
    (field.value !== field.defaultValue || field.checked !== field.defaultChecked);
  if ([...form.elements].some(changed)) soon();
}
