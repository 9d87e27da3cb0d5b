package delivery

// lookForMore asks for the jobs that were passed over once a lane has room.
func (p *pool) lookForMore(l *lane) {
	if p.starves(l) {
		p.hungry()
	}
}

// starves says whether a lane has room for jobs that were passed over.
func (p *pool) starves(l *lane) bool {
	return l.passed && len(l.jobs) <= laneMost/4 && !p.full(l)
}

// passedOver says whether jobs were passed over, and whether there is room for
// some of them now.
func (p *pool) passedOver() (some, room bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lanes {
		some = some || l.passed
		room = room || p.starves(l)
	}
	return some, room
}

// seek begins a look at jobs that were passed over: for the lanes that have room.
func (p *pool) seek() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lanes {
		if l.seeking = p.starves(l); l.seeking {
			l.passed = false
		}
	}
}

// seeking says whether a lane has not found enough jobs yet.
func (p *pool) seeking() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lanes {
		if l.seeking {
			return true
		}
	}
	return false
}
