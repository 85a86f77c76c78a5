export default function NotFound() {
  return <><h1>Not found</h1><p>It does not exist, or it is not yours.</p></>;
}
