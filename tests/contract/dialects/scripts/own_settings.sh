# What people keep in a crontab: by Digest, PUT without a body, and bodies from files as curl labels them by itself.
ask() { curl --silent --show-error --digest --user "$NAME:$PASSWORD" --write-out '%{http_code}\n' --output body "$@"; }

cat > forward.xml <<XML
<call-sequence><rings><ring><expiration>30</expiration><type>If no response</type><enabled>true</enabled>
<number>$TO</number></ring></rings><expiration>15</expiration><withVoicemail>true</withVoicemail></call-sequence>
XML
cat > rings.json <<JSON
{"expiration": 25, "rings": [{"expiration": 30, "type": "At the same time", "enabled": true, "number": "$TO"}]}
JSON

ask -X PUT -d @forward.xml "$PBX/forward"
ask "$PBX/forward"
grep -o "<type>.*</type>" body
ask -X PUT -H 'Content-Type: application/json' -d @rings.json "$PBX/callfwd"
ask "$PBX/callfwd"
grep -o '"expiration":25' body
ask -X PUT "$PBX/voicemail/pin/4711"
ask -X PUT "$PBX/portal/password/$NEXT"
ask "$PBX/time"
PASSWORD=$NEXT
ask "$PBX/time"
