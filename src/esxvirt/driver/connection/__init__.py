"""What a connection is: its product, its session and vCenter, and which hosts it is about; finding out why it fails."""
