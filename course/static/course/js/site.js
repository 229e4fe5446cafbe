/* Small help for pages that work without it. Each on its own. */
{
  /* A scale's number box is the real field. This shows a slider above it that
     stays unset, and says so, until it is touched. */
  for (const scale of document.querySelectorAll(".scale")) {
    const range = scale.querySelector("[type=range]");
    const number = scale.querySelector("[type=number]");
    const clear = scale.querySelector("button");
    const state = scale.querySelector(".state");
    if (!range || !number) continue;
    const show = () => {
      const unset = number.value === "";
      range.toggleAttribute("data-unset", unset);
      range.setAttribute("aria-valuetext", unset ? range.dataset.words : number.value);
      range.value = unset ? range.dataset.middle : number.value;
      if (state) state.textContent = unset ? range.dataset.words : "";
      if (clear) clear.hidden = unset;
    };
    const tell = () => number.dispatchEvent(new Event("input", { bubbles: true }));
    range.dataset.middle = (Number(range.min) + Number(range.max)) / 2;
    range.hidden = false;
    range.addEventListener("input", () => { number.value = range.value; tell(); });
    /* A press on the middle changes no value, so no "input" comes of it. */
    range.addEventListener("click", () => { if (number.value === "") { number.value = range.value; tell(); } });
    number.addEventListener("input", show);
    clear?.addEventListener("click", () => { number.value = ""; tell(); number.focus(); });
    show();
  }

  /* After sending a form with something to look at again: start there. */
  document.querySelector(".error-summary[autofocus]")?.focus();

  /* A page kept by the browser for "back" may show what a signed-out person should
     not see, or an answer that has changed since. Ask the server again. */
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  /* In a session: remember the part that is being read, two seconds after reaching it. */
  const place = document.querySelector("form[data-place]");
  if (place) {
    const choice = place.elements.part;
    const keep = () => fetch(place.getAttribute("action"), { method: "POST", body: new FormData(place), keepalive: true }).catch(() => {});
    let timer;
    const soon = () => { clearTimeout(timer); timer = setTimeout(keep, 2000); };
    const parts = [...(choice.options ?? [])].map((option) => document.getElementById(option.value)).filter(Boolean);
    const near = new Set();
    const watcher = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) near[isIntersecting ? "add" : "delete"](target);
      const here = parts.find((part) => near.has(part));
      if (!here || here.id === choice.value) return;
      choice.value = here.id;
      soon();
    }, { rootMargin: "-15% 0px -60% 0px" });
    for (const part of parts) watcher.observe(part);
    if (choice.type === "hidden") soon(); // one part at a time
    /* Who chooses a part by hand means it. */
    choice.addEventListener("change", () => { watcher.disconnect(); clearTimeout(timer); keep(); });
  }

  /* A practice: all its steps stand on the page; one press shows one at a time. Back and Continue
     stay above the steps, so that they stay in their place. */
  for (const practice of document.querySelectorAll("[data-steps]")) {
    const steps = [...practice.querySelectorAll(".steps > li")];
    const [choose, walk] = practice.querySelectorAll(".actions");
    const [switcher] = choose.children;
    const [back, on, said] = walk.children;
    const words = { one: switcher.textContent, all: switcher.dataset.all };
    let at = null;
    const show = (step) => {
      at = step;
      steps.forEach((one, number) => { one.hidden = at !== null && number !== at; });
      walk.hidden = at === null;
      switcher.textContent = at === null ? words.one : words.all;
      [back.disabled, on.disabled] = [at === 0, at === steps.length - 1];
      said.firstElementChild.textContent = at === null ? "" : walk.dataset.step.replace("%", at + 1);
      said.lastElementChild.textContent = at === null ? "" : steps[at].querySelector("p").textContent;
    };
    const go = (by, other) => (event) => {
      show(at + by);
      if (event.currentTarget.disabled) other.focus();
    };
    back.addEventListener("click", go(-1, on));
    on.addEventListener("click", go(1, back));
    switcher.addEventListener("click", () => show(at === null ? 0 : null));
    choose.hidden = steps.length < 2;
  }

  /* A silent timer for one step: a sentence when the time is over, and nothing else. */
  for (const line of document.querySelectorAll("[data-seconds]")) {
    const [button, said] = line.children;
    const words = { ...button.dataset, start: button.textContent };
    let timer = 0;
    const say = (what, running) => {
      said.textContent = what;
      button.firstChild.textContent = running ? words.stop : words.start;
    };
    button.addEventListener("click", () => {
      if (timer) {
        clearTimeout(timer);
        timer = 0;
        return say(words.stopped, false);
      }
      timer = setTimeout(() => { timer = 0; say(words.over, false); }, line.dataset.seconds * 1000);
      say(words.running, true);
    });
    line.hidden = false;
  }

  /* A film elsewhere: the press that would lead there puts its player here instead. */
  for (const film of document.querySelectorAll("[data-film]")) {
    const link = film.querySelector("a");
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const frame = document.createElement("iframe");
      Object.assign(frame, { src: film.dataset.film, title: link.textContent, width: 560, height: 315, allowFullscreen: true });
      /* It plays only for sites that say who they are; of the address it sees the site alone. */
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      frame.tabIndex = 0;
      link.parentElement.replaceWith(frame);
      frame.focus();
    });
  }

  /* Stepping away: silence first, then the words, with the focus on them. Without a script the
     link opens the practice by itself, and the page that is left takes its sound along. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-away]");
    if (!link) return;
    for (const media of document.querySelectorAll("audio, video")) media.pause();
    for (const frame of document.querySelectorAll("[data-film] iframe")) frame.src = frame.src;
    event.preventDefault();
    location.hash = link.hash;
    document.querySelector(link.hash).focus();
  });

  /* “Leave this page now” takes this page out of the way back as well. Where someone writes,
     autosave.js does the same, and saves first. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-leave]");
    if (!link || document.querySelector("form[data-autosave]")) return;
    event.preventDefault();
    location.replace(link.href);
  });
}
