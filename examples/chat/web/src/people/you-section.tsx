// Shows who the user is, with a form to change the name.
import { useEffect, useRef, useState } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import { Bird } from './bird.js';
import { RenameForm } from './rename-form.js';

export function YouSection({ you }: { readonly you: Person | undefined }) {
  const [renaming, setRenaming] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);

  const isReturning = useRef(false);

  // the form with the focus has been removed, so the focus moves to the button
  useEffect(() => {
    if (isReturning.current) opener.current?.focus();
    isReturning.current = false;
  }, [renaming]);

  function finish() {
    isReturning.current = true;
    setRenaming(false);
  }

  return (
    <section aria-labelledby="you-title" className="you">
      <h2 id="you-title">You</h2>
      {renaming && you ? (
        <RenameForm name={you.name} onDone={finish} />
      ) : (
        <div className="you-card">
          <Bird id={you?.id ?? ''} />
          <strong>{you?.name ?? '…'}</strong>
          <button
            ref={opener}
            type="button"
            className="button quiet"
            disabled={!you}
            onClick={() => setRenaming(true)}
          >
            Change name
          </button>
        </div>
      )}
    </section>
  );
}
