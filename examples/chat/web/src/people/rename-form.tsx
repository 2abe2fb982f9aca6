// Requests another name. If it is taken, the server suggests a free one.
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { maxNameLength } from '@wirepact-example/chat-contract/facts';
import { safe } from '@wirepact/client';
import { describeError } from '../live/describe-error.js';
import { useSocket } from '../live/socket.js';

interface Problem {
  readonly text: string;
  readonly suggestion?: string;
}

export function RenameForm({ name, onDone }: { readonly name: string; readonly onDone: () => void }) {
  const { request } = useSocket();
  const [wish, setWish] = useState(name);
  const [problem, setProblem] = useState<Problem>();
  const [asking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const question = useRef<AbortController>(undefined);
  // closing the form cancels a rename that the server has not answered yet
  useEffect(() => () => question.current?.abort(), []);

  async function ask(wanted: string) {
    question.current = new AbortController();
    const { signal } = question.current;
    // the button that was used is disabled now, which would take the focus from it
    field.current?.focus();
    setAsking(true);
    const [error] = await safe(request('rename', { name: wanted }, { signal }));
    if (signal.aborted) return;
    setAsking(false);
    if (error === undefined) onDone();
    else if (error.code === 'NAME_TAKEN') {
      const { suggestion } = error.data;
      setProblem({ text: `Somebody here is called “${wanted}” already.`, suggestion });
    } else if (error.code === 'forbidden') setProblem({ text: `Nobody here may be called “${wanted}”.` });
    else setProblem({ text: error.code === 'invalid_input' ? firstIssue(error.data) : describeError(error) });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (wish.trim() === name) onDone();
    else if (wish.trim() === '') setProblem({ text: 'A name needs at least one letter.' });
    else void ask(wish.trim());
  }

  function giveUp(event: KeyboardEvent) {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    // otherwise the panel around it would close as well
    event.preventDefault();
    onDone();
  }

  return (
    <form className="rename" onSubmit={submit} onKeyDown={giveUp}>
      <label htmlFor="name">Your name</label>
      <input
        id="name"
        ref={field}
        value={wish}
        maxLength={maxNameLength}
        autoComplete="nickname"
        autoFocus
        aria-invalid={problem !== undefined}
        aria-describedby="name-problem"
        onChange={(event) => setWish(event.target.value)}
        onFocus={(event) => event.target.select()}
      />
      <div id="name-problem" role="alert" className="problem">
        {problem && <p>{problem.text}</p>}
      </div>
      <div className="rename-actions">
        {problem?.suggestion !== undefined && (
          <button
            type="button"
            className="button suggestion"
            disabled={asking}
            onClick={() => void ask(problem.suggestion ?? '')}
          >
            Be “{problem.suggestion}”
          </button>
        )}
        <button type="submit" className="button strong" disabled={asking}>
          Save
        </button>
        <button type="button" className="button quiet" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function firstIssue(data: unknown): string {
  const issues = (data as { readonly issues?: readonly { readonly message: string }[] } | undefined)?.issues;
  return issues?.[0]?.message ?? 'That cannot be a name.';
}
