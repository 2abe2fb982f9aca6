// A skip link for keyboard users: focuses the message field. The URL's hash names the room, so the link does not change
// it.
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
