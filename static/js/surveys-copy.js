// Shows a button beside what can be copied, where the browser can copy.

const SHOWN_FOR = 2000;

if (navigator.clipboard) {
  for (const box of document.querySelectorAll("[data-copy]")) {
    const button = box.querySelector("[data-copy-button]");
    const said = document.createElement("span");
    said.className = "copied";
    said.setAttribute("role", "status");
    button.after(said);
    button.hidden = false;
    button.addEventListener("click", () => copy(box.querySelector("[data-copy-text]").textContent, said));
  }
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied";
  } catch {
    said.textContent = "Please copy it by hand";
  }
  setTimeout(() => { said.textContent = ""; }, SHOWN_FOR);
}
