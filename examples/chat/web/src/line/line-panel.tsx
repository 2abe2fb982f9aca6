// The panel about the user and the connection: beside the conversation on wide screens, over it on narrow ones.
import { useRef } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import { YouSection } from '../people/you-section.js';
import { ClockSection } from './clock-section.js';
import { LineSection } from './line-section.js';
import { LogSection } from './log-section.js';
import { panelId } from './panel-button.js';

export function LinePanel({ you }: { readonly you: Person | undefined }) {
  const close = useRef<HTMLButtonElement>(null);
  return (
    <aside
      id={panelId}
      className="panel"
      popover="auto"
      aria-label="You and the line"
      // opened as a popover, it takes the focus; the browser gives it back on close
      onToggle={(event) => event.newState === 'open' && close.current?.focus()}
    >
      <button
        ref={close}
        type="button"
        className="panel-close"
        popoverTarget={panelId}
        popoverTargetAction="hide"
      >
        <span aria-hidden="true">✕</span>
        <span className="visually-hidden">Close</span>
      </button>
      <YouSection you={you} />
      <LineSection />
      <ClockSection />
      <LogSection />
    </aside>
  );
}
