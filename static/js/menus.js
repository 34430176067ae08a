// Menus that open over a page close by Escape, by a click beside them, and when the focus leaves them.
// That only one is open at a time is the browser's work: they share a name.

const open = () => document.querySelector("details[data-menu][open]");

document.addEventListener("click", (event) => {
  const menu = open();
  if (menu && !menu.contains(event.target)) menu.open = false;
});

// a click on the bare ground of a menu gives the focus to what is around it: that is no leaving
document.addEventListener("focusin", (event) => {
  const menu = open();
  if (menu && !menu.contains(event.target) && !event.target.contains(menu)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = open();
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
