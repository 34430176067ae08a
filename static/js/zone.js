// Chooses the browser's own time zone where nothing else has been chosen yet.
const select = document.querySelector("[data-own-zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (select && select.value === "UTC" && [...select.options].some((option) => option.value === own)) {
  select.value = own;
}
