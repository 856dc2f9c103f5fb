<?php
// What the page's sample does: a request by Digest and nothing else, from a library that sets no header by itself.
[, $url, $user, $password, $method] = $argv;
$handle = curl_init();
curl_setopt($handle, CURLOPT_URL, $url);
curl_setopt($handle, CURLOPT_HTTPAUTH, CURLAUTH_DIGEST);
curl_setopt($handle, CURLOPT_USERPWD, $user . ":" . $password);
if ($method === "POST") {
    curl_setopt($handle, CURLOPT_POST, 1);
} else {
    curl_setopt($handle, CURLOPT_CUSTOMREQUEST, $method);
}
curl_setopt($handle, CURLOPT_VERBOSE, true);
curl_setopt($handle, CURLOPT_RETURNTRANSFER, true);
$body = curl_exec($handle);
if ($body === false) {
    fwrite(STDERR, curl_error($handle));
    exit(1);
}
echo curl_getinfo($handle, CURLINFO_HTTP_CODE), "\n", $body;
