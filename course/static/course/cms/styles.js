// Wagtail's editor writes small style elements whose text changes from visit to visit, so no hash
// can name them. What its own scripts create may carry this answer's nonce; markup that arrives
// as text (the thing the policy guards against) never passes through here.
{
  const { nonce } = document.currentScript;
  const create = document.createElement;
  document.createElement = function (name, ...options) {
    const element = create.call(this, name, ...options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
