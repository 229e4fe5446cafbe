// A button that copies a field. Without this file the field can be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = button.parentElement.querySelector("[role=status]");
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    said.textContent = button.dataset.done;
  });
}
