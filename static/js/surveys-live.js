// Draws the survey anew beside the editor as one types. What is drawn is asked of the server and never stored.

const PAUSE = 400;

const aside = document.querySelector("[data-live]");
const form = document.querySelector("form#editor");

if (aside && form) {
  const said = aside.querySelector("[data-live-said]");
  let waiting = 0;
  let asked = null;

  aside.querySelector("[data-live-draw]").hidden = true;
  form.addEventListener("input", later);
  for (const choice of aside.querySelectorAll("[data-live-choice]")) {
    choice.addEventListener("change", draw);
  }

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(draw, PAUSE);
  }

  async function draw() {
    clearTimeout(waiting);
    asked?.abort();
    asked = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(aside.dataset.live, { method: "POST", body, signal: asked.signal });
      const text = await answer.text();
      if (answer.ok) show(text);
      said.textContent = answer.ok ? "" : answer.status === 422 ? text : "The preview could not be drawn just now.";
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = "The preview could not be drawn just now.";
    }
  }

  // a frame of its own for each drawing: no entry in the history, and the old one stays until the new one is there
  function show(text) {
    const old = aside.querySelector("iframe:not([data-coming])");
    aside.querySelector("iframe[data-coming]")?.remove();
    const frame = old.cloneNode();
    frame.removeAttribute("src");
    frame.removeAttribute("loading");
    frame.dataset.coming = "";
    frame.srcdoc = text;
    frame.addEventListener("load", () => {
      delete frame.dataset.coming;
      old.remove();
    }, { once: true });
    old.after(frame);
  }
}
