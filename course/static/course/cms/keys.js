// A question's stable key stays with the question. Its duplicate starts without one and is named
// when it is saved: otherwise whichever of the two stood first would keep the key, and the answers.
window.telepath.register(
  "course.Key",
  class extends window.wagtailStreamField.blocks.FieldBlockDefinition {
    render(...where) {
      const block = super.render(...where);
      block.getDuplicatedState = () => "";
      block.getTextLabel = () => null; // a folded question is headed by its words
      return block;
    }
  },
);
