// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, CompactSignature, Status } from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract CloseTest is Fixture {
    function signed(bytes32 id, uint8 from, uint128 amount, uint64 deadline)
        private
        view
        returns (CompactSignature memory, CompactSignature memory)
    {
        bytes32 digest = Reference.close(address(sluice), id, from, amount, deadline);
        return (sign(keyA, digest), sign(keyB, digest));
    }

    function close(ChannelTerms memory t, uint8 from, uint128 amount, uint8 asCredit) private {
        (CompactSignature memory a, CompactSignature memory b) = signed(sluice.channelId(t), from, amount, DEADLINE);
        sluice.close(t, from, amount, DEADLINE, a, b, asCredit);
    }

    function withdrawn(ChannelTerms memory t, uint8 party, uint128 total) private {
        bytes32 digest = Reference.withdrawal(address(sluice), sluice.channelId(t), party, total, DEADLINE);
        sluice.withdraw(t, party, total, DEADLINE, sign(keyA, digest), sign(keyB, digest), PUSH);
    }

    function test_movesFromAToB() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        emits();
        emit Closed(id, 70 << 128 | 80);
        close(t, 0, 30, PUSH);
        assertEq(accountA.balance, 70);
        assertEq(accountB.balance, 80);
        assertEq(uint8(stateOf(id).status), uint8(Status.Closed));
        assertEq(stateOf(id).depositA, 0);
    }

    function test_movesFromBToA() public {
        (ChannelTerms memory t,) = funded(100, 50);
        close(t, 1, 50, PUSH);
        assertEq(accountA.balance, 150);
        assertEq(accountB.balance, 0);
    }

    function test_whoGetsNothingHearsNothing() public {
        (ChannelTerms memory t,) = funded(100, 50);
        vm.recordLogs();
        vm.expectCall(accountB, "", 0);
        close(t, 1, 50, PUSH);
        assertEq(vm.getRecordedLogs().length, 1);
    }

    function test_paysTokens() public {
        ChannelTerms memory t = tokenTerms();
        fund(t, 0, 100);
        close(t, 0, 30, PUSH);
        assertEq(token.balanceOf(accountA), 70);
        assertEq(token.balanceOf(accountB), 30);
    }

    function test_countsWhatWasWithdrawn() public {
        (ChannelTerms memory t,) = funded(100, 50);
        withdrawn(t, 0, 90);
        withdrawn(t, 1, 20);
        close(t, 0, 10, PUSH);
        assertEq(accountA.balance, 90);
        assertEq(accountB.balance, 60);
    }

    function test_refusesBelowZero() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        withdrawn(t, 0, 90);
        (CompactSignature memory a, CompactSignature memory b) = signed(id, 0, 11, DEADLINE);
        refuses(abi.encodeWithSelector(ShareBelowZero.selector, id, 0, int256(-1)));
        sluice.close(t, 0, 11, DEADLINE, a, b, PUSH);
        (a, b) = signed(id, 1, 51, DEADLINE);
        refuses(abi.encodeWithSelector(ShareBelowZero.selector, id, 1, int256(-1)));
        sluice.close(t, 1, 51, DEADLINE, a, b, PUSH);
    }

    function test_deadForGood() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        (CompactSignature memory a, CompactSignature memory b) = signed(id, 0, 30, DEADLINE);
        sluice.close(t, 0, 30, DEADLINE, a, b, PUSH);
        bytes memory over = abi.encodeWithSelector(ChannelOver.selector, id);
        refuses(over);
        sluice.close(t, 0, 30, DEADLINE, a, b, PUSH);
        vm.deal(address(this), 1);
        refuses(over);
        sluice.depositWithValue{ value: 1 }(t, 0);
        refuses(over);
        vm.prank(signerA);
        sluice.startClose(t, noVoucher());
        refuses(over);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        refuses(over);
        vm.prank(signerB);
        sluice.updateLane(t, noVoucher());
    }

    function test_alsoInTheWindowAndAfterIt() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        startCloseAs(signerB, t, lane(t, 0, 1, 99));
        skip(WINDOW);
        (CompactSignature memory a, CompactSignature memory b) = signed(id, 0, 1, uint64(block.timestamp));
        sluice.close(t, 0, 1, uint64(block.timestamp), a, b, PUSH);
        assertEq(accountA.balance, 99);
        assertEq(accountB.balance, 51);
    }

    function test_lastSecondOfTheDeadline() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        (CompactSignature memory a, CompactSignature memory b) = signed(id, 0, 30, DEADLINE);
        vm.warp(DEADLINE + 1);
        refuses(abi.encodeWithSelector(DeadlinePassed.selector, DEADLINE, DEADLINE + 1));
        sluice.close(t, 0, 30, DEADLINE, a, b, PUSH);
        vm.warp(DEADLINE);
        sluice.close(t, 0, 30, DEADLINE, a, b, PUSH);
    }

    function test_needsBothSignatures() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        (CompactSignature memory a, CompactSignature memory b) = signed(id, 0, 30, DEADLINE);
        bytes32 digest = Reference.close(address(sluice), id, 0, 30, DEADLINE);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerA));
        sluice.close(t, 0, 30, DEADLINE, b, b, PUSH);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerB));
        sluice.close(t, 0, 30, DEADLINE, a, a, PUSH);
    }

    /// @dev A signer that sends the call consents by that, whatever stands in the place of its signature.
    function test_theSenderNeedsNoSignature() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        (CompactSignature memory a, CompactSignature memory b) = signed(id, 0, 30, DEADLINE);
        bytes32 digest = Reference.close(address(sluice), id, 0, 30, DEADLINE);
        // of no use to anybody else, its account included
        address[3] memory others = [signerA, accountB, stranger];
        for (uint256 i; i < 3; ++i) {
            refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerB));
            vm.prank(others[i]);
            sluice.close(t, 0, 30, DEADLINE, a, none(), PUSH);
        }
        // nor does it speak for the other side
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerA));
        vm.prank(signerB);
        sluice.close(t, 0, 30, DEADLINE, none(), b, PUSH);
        uint256 before = vm.snapshotState();
        vm.prank(signerB);
        sluice.close(t, 0, 30, DEADLINE, a, a, PUSH);
        vm.revertToState(before);
        vm.prank(signerA);
        sluice.close(t, 0, 30, DEADLINE, none(), b, PUSH);
        assertEq(accountA.balance, 70);
        assertEq(accountB.balance, 80);
    }

    function test_refusesPartyAboveOne() public {
        (ChannelTerms memory t,) = funded(100, 50);
        refuses(abi.encodeWithSelector(WrongParty.selector, 2));
        sluice.close(t, 2, 30, DEADLINE, none(), none(), PUSH);
    }

    function test_creditsByMask() public {
        (ChannelTerms memory t,) = funded(100, 50);
        close(t, 0, 0, 1);
        assertEq(sluice.creditOf(accountA, address(0)), 100);
        assertEq(accountB.balance, 50);
        t.nonce = 2;
        fund(t, 0, 10);
        fund(t, 1, 20);
        close(t, 0, 0, 2);
        assertEq(accountA.balance, 10);
        assertEq(sluice.creditOf(accountB, address(0)), 20);
    }

    function testFuzz_paysThePotExactly(uint96 a, uint96 b, uint8 from, uint128 amount) public {
        a = uint96(bound(a, 1, type(uint96).max));
        from = from % 2;
        amount = uint128(bound(amount, 0, from == 0 ? a : b));
        (ChannelTerms memory t,) = funded(a, b);
        close(t, from, amount, PUSH);
        assertEq(accountA.balance, from == 0 ? uint256(a) - amount : uint256(a) + amount);
        assertEq(accountA.balance + accountB.balance, uint256(a) + b);
        assertEq(address(sluice).balance, 0);
    }

    function test_whatWasWithdrawnIsCleared() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 50);
        bytes32 digest = Reference.withdrawal(address(sluice), id, 0, 7, DEADLINE);
        sluice.withdraw(t, 0, 7, DEADLINE, sign(keyA, digest), sign(keyB, digest), PUSH);
        digest = Reference.close(address(sluice), id, 0, 10, DEADLINE);
        sluice.close(t, 0, 10, DEADLINE, sign(keyA, digest), sign(keyB, digest), PUSH);
        uint256 slot = uint256(keccak256(abi.encode(id, uint256(0))));
        assertEq(vm.load(address(sluice), bytes32(slot)), bytes32(type(uint256).max));
        assertEq(vm.load(address(sluice), bytes32(slot + 1)), 0);
        assertEq(accountA.balance, 90);
        assertEq(accountB.balance, 60);
    }
}
