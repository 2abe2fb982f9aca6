// A note in the conversation where the connection was lost: how it came back, and what became of the messages.
import { describeEnd, describeLoss, describeRecovery, type Tally } from '../line/line-words.js';
import type { Outage } from '../line/outages.js';

export function AwayNote({ outage, tally }: { readonly outage: Outage; readonly tally: Tally }) {
  const isGap = outage.end?.gap !== undefined;
  return (
    <li className="note" data-gap={isGap}>
      <div>
        <p>
          {isGap && <strong>A gap. </strong>}
          {describeLoss(outage.reason)} {describeEnd(outage)}
        </p>
        <p>{describeRecovery(outage, tally)}</p>
      </div>
    </li>
  );
}
