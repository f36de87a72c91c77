'use client';

import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { copyText } from '@/components/ui/clipboard';

const SHOWN_MS = 4000;

interface CopyButtonProps {
  readonly text: string;
  readonly look?: 'quiet' | 'plain';
  readonly children: string;
}

/** What mends a problem, to be copied. */
export function CopyFix(props: Omit<CopyButtonProps, 'children'>) {
  return <CopyButton {...props}>Copy the fix</CopyButton>;
}

/** Says for a moment what came of it. */
export function CopyButton({ text, look = 'quiet', children }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState<boolean | null>(null);
  useEffect(() => {
    if (isCopied === null) return;
    const timer = setTimeout(() => setIsCopied(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button look={look} onClick={() => void copyText(text).then(setIsCopied)}>
      <span aria-live="polite">
        {isCopied === null ? children : isCopied ? 'Copied' : 'Select it, then press Ctrl+C'}
      </span>
    </Button>
  );
}
