// The page for a client that cannot connect: why, and how to try again.
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { maxNameLength } from '@wirepact-example/chat-contract/facts';
import type { ClientStatus } from '@wirepact/client';
import { Brand } from '../chat/brand.js';
import { passFocusOn } from '../chat/pass-focus-on.js';
import { useChat } from '../live/chat-context.js';
import { Bird } from '../people/bird.js';
import { brokenWire } from '../people/wire.js';

type Closed = Extract<ClientStatus, { readonly name: 'closed' }>;

export function Refused({ status }: { readonly status: Closed }) {
  const { client, identity } = useChat();
  const [name, setName] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  function enter(event: FormEvent) {
    event.preventDefault();
    identity.keepName(name.trim());
    client.connect();
  }

  return (
    <div className="refused">
      <title>Not connected · Party Line</title>
      <header>
        <Brand />
      </header>
      <main>
        <div className="fallen">
          <svg className="wire-drawing" viewBox="0 0 100 52" preserveAspectRatio="none" aria-hidden="true">
            {brokenWire.map((path) => (
              <path key={path} d={path} />
            ))}
          </svg>
          <Bird id="nobody" />
        </div>
        <h1 ref={heading} tabIndex={-1}>
          {status.error ? 'You were not put through' : 'The line is closed'}
        </h1>
        <p>{explain(status, identity.name())}</p>
        <form ref={passFocusOn} onSubmit={enter}>
          <label htmlFor="other-name">Another name</label>
          <div className="refused-row">
            <input
              id="other-name"
              value={name}
              maxLength={maxNameLength}
              autoComplete="nickname"
              placeholder="or leave it to us"
              onChange={(event) => setName(event.target.value)}
            />
            <button type="submit" className="button strong">
              Call again
            </button>
          </div>
        </form>
        <p className="hint">
          Close code {status.reason.code}
          {status.error && <>, {status.error.code}</>}
        </p>
      </main>
    </div>
  );
}

function explain(status: Closed, name: string | undefined): string {
  if (status.error?.code === 'forbidden') return `Nobody called “${name ?? ''}” is let onto this line.`;
  if (status.error?.code === 'unauthenticated') return 'The server could not tell who is calling.';
  return 'The server ended the call, and the page does not call back by itself.';
}
