// Shows how far an import is without loading the whole page anew; when it has ended, the page is loaded once.

const EVERY = 1500;

async function look() {
  const shown = document.getElementById("progress");
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("progress");
    if (!fresh || !["waiting", "running", "undoing"].includes(fresh.dataset.state)) {
      location.reload();
      return;
    }
    // the button keeps its focus: only what has changed is replaced
    for (const part of ["h2", "progress", "[role=status]", ".caption", ".tally"]) {
      const before = shown.querySelector(part);
      const now = fresh.querySelector(part);
      if (before && now && before.outerHTML !== now.outerHTML) before.replaceWith(now);
    }
  } catch {
    // the server is away for a moment; the next look may find it
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
