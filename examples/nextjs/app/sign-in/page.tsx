"use client";

import { useActionState } from "react";

import { signIn, signUp, type SignInState } from "./actions";

const START: SignInState = {};

export default function SignInPage() {
  const [signedIn, submitSignIn, signingIn] = useActionState(signIn, START);
  const [signedUp, submitSignUp, signingUp] = useActionState(signUp, START);
  return (
    <>
      <h1>Sign in</h1>
      <form action={submitSignIn} className="column">
        <label>E-mail <input name="email" type="email" autoComplete="email" required /></label>
        <label>Password <input name="password" type="password" autoComplete="current-password" required /></label>
        <button disabled={signingIn}>Sign in</button>
        {signedIn.error && <p role="alert" className="error">{signedIn.error}</p>}
      </form>
      <h2>Or sign up</h2>
      <form action={submitSignUp} className="column">
        <label>First name <input name="first_name" autoComplete="given-name" required /></label>
        <label>E-mail <input name="email" type="email" autoComplete="email" required /></label>
        <label>Password <input name="password" type="password" autoComplete="new-password" minLength={6} required /></label>
        <button disabled={signingUp}>Sign up</button>
        {signedUp.error && <p role="alert" className="error">{signedUp.error}</p>}
      </form>
    </>
  );
}
