'use client';

import { Component, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';

/** A part of the page that fails says so in its own place, and the rest goes on without it. */
export class PartBoundary extends Component<
  { readonly name: string; readonly children: ReactNode },
  { readonly error: unknown }
> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div role="alert" className="flex flex-col items-start gap-2 rounded-lg border border-error p-4">
        <p className="text-error">
          {this.props.name} failed: {(error instanceof Error ? error.message : String(error)).slice(0, 300)}
        </p>
        <Button onClick={() => this.setState({ error: null })}>Try again</Button>
      </div>
    );
  }
}
