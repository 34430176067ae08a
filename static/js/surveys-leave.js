// Asks before typed text is left behind. Buttons of the form save it, so they may go.

for (const form of document.querySelectorAll("form[data-leave]")) {
  let dirty = form.hasAttribute("data-dirty");
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
