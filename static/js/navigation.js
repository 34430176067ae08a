// A row that scrolls sideways shows the entry of this page, and fades at the side where it goes on.
for (const row of document.querySelectorAll("[data-row]")) {
  const entry = row.querySelector("[aria-current]");
  if (entry) row.scrollLeft = entry.offsetLeft - (row.clientWidth - entry.offsetWidth) / 2;
  const fade = () => {
    row.toggleAttribute("data-before", row.scrollLeft > 1);
    row.toggleAttribute("data-after", row.scrollLeft < row.scrollWidth - row.clientWidth - 1);
  };
  row.addEventListener("scroll", fade, { passive: true });
  new ResizeObserver(fade).observe(row);
}
