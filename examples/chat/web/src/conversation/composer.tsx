// The message field. Enter sends; Shift+Enter begins a new line.
import { useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { maxTextLength, type RoomId } from '@wirepact-example/chat-contract/facts';
import type { RoomFacts } from '../chat/use-room-in-address.js';
import { useSignOfTyping } from './use-sign-of-typing.js';

export const messageFieldId = 'message';

export interface ComposerProps {
  readonly room: RoomFacts;
  readonly onSay: (text: string) => void;
}

export function Composer({ room, onSay }: ComposerProps) {
  // each room has its own draft
  const [drafts, setDrafts] = useState<Readonly<Partial<Record<RoomId, string>>>>({});
  const text = drafts[room.id] ?? '';
  const setText = (text: string) => setDrafts((before) => ({ ...before, [room.id]: text }));
  const field = useRef<HTMLTextAreaElement>(null);
  const signTyping = useSignOfTyping(room.id);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    field.current?.focus();
    if (text.trim() === '') return;
    onSay(text.trim());
    setText('');
  }

  function onKeyDown(event: KeyboardEvent) {
    // input methods (for example for Japanese) use Enter to choose a word
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  return (
    <form className="composer" onSubmit={submit}>
      <label className="visually-hidden" htmlFor={messageFieldId}>
        Message to {room.name}
      </label>
      <textarea
        id={messageFieldId}
        ref={field}
        rows={1}
        value={text}
        maxLength={maxTextLength}
        placeholder="Say something …"
        enterKeyHint="send"
        onChange={(event) => {
          setText(event.target.value);
          signTyping();
        }}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="send">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 12h14M12 5l7 7-7 7" />
        </svg>
        <span className="visually-hidden">Send</span>
      </button>
    </form>
  );
}
