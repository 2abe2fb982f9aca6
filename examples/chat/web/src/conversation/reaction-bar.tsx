// Buttons that send a reaction. The channel's delivery is `latest`: only the newest reaction matters, so old ones never
// wait for a slow connection.
import { reactions, type ReactionName, type RoomId } from '@wirepact-example/chat-contract/facts';
import { useSocket } from '../live/socket.js';
import { ReactionIcon } from '../people/reaction-icon.js';

const labels: Record<ReactionName, string> = {
  heart: 'Send a heart',
  song: 'Sing along',
  spark: 'Send a spark',
  question: 'Ask what that means',
};

export function ReactionBar({ room }: { readonly room: RoomId }) {
  const { send } = useSocket();
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map((reaction) => (
        <li key={reaction}>
          <button
            type="button"
            aria-label={labels[reaction]}
            title={labels[reaction]}
            onClick={() => send('reaction', { room, reaction })}
          >
            <ReactionIcon name={reaction} />
          </button>
        </li>
      ))}
    </ul>
  );
}
