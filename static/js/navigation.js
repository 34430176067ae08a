// On a phone the navigation is a row that scrolls: show the entry of this page.
const row = document.querySelector(".side-inner");
const entry = row?.querySelector("[aria-current]");
if (entry && row.scrollWidth > row.clientWidth) {
  row.scrollLeft = entry.offsetLeft - (row.clientWidth - entry.offsetWidth) / 2;
}
