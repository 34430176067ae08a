// Draws the description of the API. The page carries no inline script, so the start stands here.
const place = document.getElementById("api");

window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  // an answer shown here must come from this server alone
  validatorUrl: null,
});
