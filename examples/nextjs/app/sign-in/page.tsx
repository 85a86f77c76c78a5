import { ActionForm } from "@/components/action-form";

import { signIn, signUp } from "./actions";

export const metadata = { title: "Sign in" };

export default function SignInPage() {
  return (
    <>
      <h1>Sign in</h1>
      <ActionForm action={signIn} button="Sign in" className="column">
        <label>E-mail <input name="email" type="email" autoComplete="email" required /></label>
        <label>Password <input name="password" type="password" autoComplete="current-password" required /></label>
      </ActionForm>
      <h2>Or sign up</h2>
      <ActionForm action={signUp} button="Sign up" className="column">
        <label>E-mail <input name="email" type="email" autoComplete="email" required /></label>
        <label>Password <input name="password" type="password" autoComplete="new-password" minLength={6} required /></label>
      </ActionForm>
    </>
  );
}
