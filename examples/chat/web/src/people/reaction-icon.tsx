// The icons of the reactions: drawn here, because emoji look different on every system.
import type { ReactionName } from '@wirepact-example/chat-contract/facts';

const drawings: Record<ReactionName, string> = {
  heart: 'M12 20.5 4.6 13A4.7 4.7 0 0 1 11.3 6.4l.7.7.7-.7A4.7 4.7 0 0 1 19.4 13Z',
  song: 'M9 17.4V5.2L19 3v11.8a3 2.6 0 1 1-2-2.5V7.6l-6 1.3v8.7a3 2.6 0 1 1-2-2.5Z',
  spark: 'M12 2.5 14.3 9.7 21.5 12 14.3 14.3 12 21.5 9.7 14.3 2.5 12 9.7 9.7Z',
  question:
    'M12 2.5c3.9 0 6.4 2.3 6.4 5.4 0 2.3-1.2 3.6-3 4.8-1.5 1-2 1.6-2 3.1h-3c0-2.7 1-3.9 2.9-5.2 1.4-.9 2-1.5 2-2.6 0-1.5-1.3-2.6-3.3-2.6-2.1 0-3.5 1.3-3.6 3.3l-3-.3C5.6 5 8.2 2.5 12 2.5ZM10.2 18h3.4v3.4h-3.4Z',
};

export function ReactionIcon({ name }: { readonly name: ReactionName }) {
  return (
    <svg className="reaction-icon" data-name={name} viewBox="0 0 24 24" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
