/* A quiet row of buttons under a recording. Nothing plays until its own button is pressed. */
for (const player of document.querySelectorAll("[data-player]")) {
  const media = player.querySelector("audio, video");
  const row = player.querySelector(".actions");
  const said = player.querySelector(".said"); // sound alone has no picture to write on
  const track = media.querySelector("track");
  const [back, captions] = row.querySelectorAll("button");
  const speed = row.querySelector("[data-speed]");
  const sound = row.querySelector("[data-sound]");

  back.addEventListener("click", () => { media.currentTime = Math.max(0, media.currentTime - back.dataset.back); });
  speed.addEventListener("change", () => { media.defaultPlaybackRate = media.playbackRate = speed.value; });

  /* The same words with or without music: from where it was, and silent if it was silent. */
  sound?.addEventListener("change", () => {
    const { currentTime, paused } = media;
    media.src = sound.value;
    if (currentTime) media.addEventListener("loadedmetadata", () => { media.currentTime = currentTime; }, { once: true });
    if (!paused) media.play();
    else if (currentTime) media.load();
  });

  if (track && captions) {
    const words = { on: captions.dataset.captions, off: captions.textContent };
    let on = track.default;
    const show = () => {
      track.track.mode = !on ? "disabled" : said ? "hidden" : "showing";
      captions.textContent = on ? words.on : words.off;
      if (said) said.hidden = !on || !said.textContent;
    };
    if (said) {
      track.track.addEventListener("cuechange", () => {
        said.textContent = [...(track.track.activeCues ?? [])].map((cue) => cue.getCueAsHTML().textContent).join("\n");
        said.hidden = !on || !said.textContent;
      });
    }
    /* The controls of the browser can switch them as well. */
    media.textTracks.addEventListener("change", () => {
      if (said) return;
      on = track.track.mode === "showing";
      captions.textContent = on ? words.on : words.off;
    });
    captions.addEventListener("click", () => { on = !on; show(); });
    show();
  }
  row.hidden = false;
}
