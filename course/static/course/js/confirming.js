// Looks by itself for a minute and says so in words; the page never jumps or reloads. Without
// this file, the link on the page does the same.
{
  const said = document.getElementById("checking");
  const heading = document.getElementById("state");
  let left = 12;

  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "application/json" } });
      const found = await answer.json();
      if (found.status !== said.dataset.status) {
        const news = document.createElement("p");
        news.textContent = `${found.title}. ${found.words}`;
        heading.textContent = found.title;
        said.replaceChildren(news);
        return;
      }
    } catch {
      // No answer this time.
    }
    if (left-- > 0) setTimeout(look, 5000);
  };

  if (said) setTimeout(look, 5000);
}
