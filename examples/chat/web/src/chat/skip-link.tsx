// The short way for keyboards: past the rooms, to where one writes. The address belongs to the rooms, so it is left alone.
import { messageFieldId } from '../conversation/composer.js';

export function SkipLink() {
  return (
    <a
      className="skip"
      href={`#${messageFieldId}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(messageFieldId)?.focus();
      }}
    >
      Skip to the message field
    </a>
  );
}
