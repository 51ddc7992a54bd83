"""The device manager: disks, processors, graphics and batteries."""
