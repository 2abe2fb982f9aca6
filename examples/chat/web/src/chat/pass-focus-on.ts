// Keeps the focus on the page when the button that has it goes away: without this, keyboard users would start again at
// the top.
import { messageFieldId } from '../conversation/composer.js';

/**
 * A ref for elements that go away while they are used. If the focus is in one, it moves to what can have the focus
 * around it, or else to the message field.
 */
export function passFocusOn(element: HTMLElement | null): () => void {
  const around = element?.parentElement?.closest<HTMLElement>('[tabindex="0"]');
  return () => {
    if (!element?.contains(document.activeElement)) return;
    // not before React has added what replaces the element
    queueMicrotask(() => {
      const next = around?.isConnected ? around : document.getElementById(messageFieldId);
      next?.focus();
    });
  };
}
