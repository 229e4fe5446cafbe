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
  document.querySelector(".error-summary")?.focus();

  /* A page kept by the browser for "back" may show what a signed-out person should
     not see, or an answer that has changed since. Ask the server again. */
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  /* In a session: remember the part that is being read, two seconds after reaching it. */
  const place = document.querySelector("form[data-place]");
  if (place && "IntersectionObserver" in window) {
    const choice = place.elements.part;
    const parts = [...choice.options].map((option) => option.value);
    const near = new Set();
    let timer;
    const keep = () => fetch(place.getAttribute("action"), { method: "POST", body: new FormData(place), keepalive: true }).catch(() => {});
    const watcher = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) near[isIntersecting ? "add" : "delete"](target.id);
      const here = parts.find((part) => near.has(part));
      if (!here || here === choice.value) return;
      choice.value = here;
      clearTimeout(timer);
      timer = setTimeout(keep, 2000);
    }, { rootMargin: "-15% 0px -60% 0px" });
    for (const part of parts) watcher.observe(document.getElementById(part));
    /* Who chooses a part by hand means it. */
    choice.addEventListener("change", () => { watcher.disconnect(); clearTimeout(timer); keep(); });
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

  /* Stepping away stops every sound. The words appear without a script. */
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-away]")) return;
    for (const media of document.querySelectorAll("audio, video")) media.pause();
    for (const frame of document.querySelectorAll("[data-film] iframe")) frame.src = frame.src;
  });
}
