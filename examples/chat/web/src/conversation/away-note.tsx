// Where the line was away: how it came back, what became of the messages, and whether some are missing.
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
