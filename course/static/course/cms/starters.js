// Starts what Wagtail starts from inline scripts: choosers, inline panels, date and time pickers.
// Parts that arrive later, by a dialogue or an “Add” button, are started when they arrive.
{
  const PICKERS = { date: "initDateChooser", time: "initTimeChooser", datetime: "initDateTimeChooser" };
  const MAY_START = /^(InlinePanel|MultipleChooserPanel|\w*Chooser)$/;

  const each = (part, selector, act) => part.querySelectorAll?.(selector).forEach(act);

  const start = (part) => {
    each(part, "[data-picker]", (input) => {
      const { picker, pickerOptions } = input.dataset;
      delete input.dataset.picker;
      window[PICKERS[picker]]?.(input.id, JSON.parse(pickerOptions));
    });
    each(part, "template[data-start]", (mark) => {
      const { start: name, with: options } = mark.dataset;
      mark.remove();
      if (MAY_START.test(name) && window[name]) new window[name](...JSON.parse(options));
    });
  };

  start(document);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach((node) => start(node.parentNode ?? node));
  }).observe(document.body, { childList: true, subtree: true });
}
