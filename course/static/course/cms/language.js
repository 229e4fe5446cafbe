// Marks words in the editor as being in another language. A dialogue of the browser's own asks
// which one; the list comes with the button (languages.py).
{
  const { React, DraftJS, draftail } = window;

  class LanguageSource extends React.Component {
    componentDidMount() {
      const { editorState, entity, entityType, onComplete, onClose } = this.props;
      const dialog = document.createElement("dialog");
      const form = Object.assign(document.createElement("form"), { method: "dialog" });
      const label = document.createElement("label");
      const choice = document.createElement("select");
      choice.add(new Option(entityType.none, ""));
      for (const [code, name] of Object.entries(entityType.languages)) choice.add(new Option(name, code));
      choice.value = entity?.getData().lang ?? "";
      const button = Object.assign(document.createElement("button"), { className: "button", textContent: "OK" });
      label.append(entityType.description, " ", choice);
      form.append(label, " ", button);
      dialog.append(form);
      dialog.className = "workspace-language";
      let chosen = false;
      form.addEventListener("submit", () => { chosen = true; });
      // The editor closes whatever it opened when a key or a press reaches it.
      for (const kind of ["keydown", "mousedown"]) dialog.addEventListener(kind, (event) => event.stopPropagation());
      dialog.addEventListener("close", () => {
        dialog.remove();
        if (!chosen) return onClose();
        const selection = editorState.getSelection();
        if (!choice.value) return onComplete(DraftJS.RichUtils.toggleLink(editorState, selection, null));
        const content = editorState.getCurrentContent().createEntity(entityType.type, "MUTABLE", { lang: choice.value });
        return onComplete(DraftJS.RichUtils.toggleLink(editorState, selection, content.getLastCreatedEntityKey()));
      });
      document.body.append(dialog);
      dialog.showModal();
    }

    render() {
      return null;
    }
  }

  const Language = ({ contentState, entityKey, children }) => {
    const { lang } = contentState.getEntity(entityKey).getData();
    return React.createElement("span", { lang, dir: "auto", className: "workspace-in-language", title: lang }, children);
  };

  draftail.registerPlugin({ type: "LANGUAGE", source: LanguageSource, decorator: Language }, "entityTypes");
}
