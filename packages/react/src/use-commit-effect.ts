// An effect that runs during the commit itself.
import { useEffect, useLayoutEffect } from 'react';

// React 18 warns about layout effects on a server, where effects do not run anyway
export const useCommitEffect: typeof useEffect =
  typeof document === 'undefined' ? useEffect : useLayoutEffect;
