// The button that opens the panel on narrow screens. It also shows the state of the connection.
import { useStatus } from '../live/socket.js';
import { describeStatus } from './line-words.js';
import { useOutages } from './use-outages.js';

export const panelId = 'panel';

export function PanelButton() {
  const status = useStatus();
  const outages = useOutages();
  return (
    <button type="button" className="panel-button" popoverTarget={panelId} data-state={status.name}>
      <span className="dot" aria-hidden="true" />
      <span>
        <span className="visually-hidden">You and the line: </span>
        {describeStatus(status, outages)}
      </span>
    </button>
  );
}
