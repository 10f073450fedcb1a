// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import { ChannelTerms, Status } from "../src/interfaces/SluiceTypes.sol";
import { FeeToken } from "./mocks/FeeToken.sol";
import { FalseToken, SilentToken, ShortToken } from "./mocks/OddTokens.sol";
import { Token } from "./mocks/Token.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract Collectible is ERC721("Collectible", "C") {
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

contract DepositTest is Fixture {
    function test_firstNativeDepositOpens() public {
        ChannelTerms memory t = nativeTerms();
        bytes32 id = sluice.channelId(t);
        emits();
        emit Deposited(id, 5);
        fund(t, 0, 5);
        assertEq(stateOf(id).depositA, 5);
        assertEq(stateOf(id).depositB, 0);
        assertEq(uint8(stateOf(id).status), uint8(Status.Open));
        assertEq(address(sluice).balance, 5);
    }

    function test_furtherDepositsAddUp() public {
        ChannelTerms memory t = nativeTerms();
        bytes32 id = sluice.channelId(t);
        fund(t, 1, 5);
        emits();
        emit Deposited(id, 7);
        fund(t, 0, 7);
        emits();
        emit Deposited(id, 1 << 128 | 8);
        fund(t, 1, 3);
        assertEq(stateOf(id).depositA, 7);
        assertEq(stateOf(id).depositB, 8);
    }

    function test_tokenDepositPullsFromTheSender() public {
        ChannelTerms memory t = tokenTerms();
        fund(t, 0, 9);
        assertEq(token.balanceOf(address(sluice)), 9);
        assertEq(token.balanceOf(address(this)), 0);
        assertEq(stateOf(sluice.channelId(t)).depositA, 9);
    }

    function test_whatArrivesCounts() public {
        ChannelTerms memory t = nativeTerms();
        t.token = address(new FeeToken());
        fund(t, 0, 200);
        assertEq(stateOf(sluice.channelId(t)).depositA, 198);
    }

    function test_tokenThatAnswersNothingWorks() public {
        ChannelTerms memory t = nativeTerms();
        t.token = address(new SilentToken());
        fund(t, 0, 4);
        assertEq(stateOf(sluice.channelId(t)).depositA, 4);
    }

    function test_refusesTokenThatAnswersFalse() public {
        ChannelTerms memory t = nativeTerms();
        t.token = address(new FalseToken());
        refuses(abi.encodeWithSelector(PullFailed.selector, t.token, address(this), 4));
        sluice.depositWithAllowance(t, 0, 4);
    }

    function test_refusesTokenThatAnswersShort() public {
        ChannelTerms memory t = nativeTerms();
        t.token = address(new ShortToken());
        refuses(abi.encodeWithSelector(PullFailed.selector, t.token, address(this), 4));
        sluice.depositWithAllowance(t, 0, 4);
    }

    function test_refusesTokenWithoutAllowance() public {
        ChannelTerms memory t = tokenTerms();
        token.mint(address(this), 4);
        refuses(abi.encodeWithSelector(PullFailed.selector, t.token, address(this), 4));
        sluice.depositWithAllowance(t, 0, 4);
    }

    function test_refusesTokenWithoutCode() public {
        ChannelTerms memory t = nativeTerms();
        t.token = address(0x1234567);
        vm.expectRevert();
        sluice.depositWithAllowance(t, 0, 4);
    }

    function test_refusesValueForATokensChannel() public {
        vm.deal(address(this), 1);
        refuses(abi.encodeWithSelector(NeedsNative.selector, address(token)));
        sluice.depositWithValue{ value: 1 }(tokenTerms(), 0);
    }

    function test_refusesAllowanceForTheNativeToken() public {
        refuses(abi.encodeWithSelector(NeedsToken.selector));
        sluice.depositWithAllowance(nativeTerms(), 0, 1);
    }

    function test_refusesValueBesideAnAllowance() public {
        vm.deal(address(this), 1);
        bytes memory input = abi.encodeCall(sluice.depositWithAllowance, (tokenTerms(), 0, 1));
        (bool ok,) = address(sluice).call{ value: 1 }(input);
        assertFalse(ok);
    }

    function test_refusesNothing() public {
        refuses(abi.encodeWithSelector(NothingReceived.selector));
        sluice.depositWithValue(nativeTerms(), 0);
        refuses(abi.encodeWithSelector(NothingReceived.selector));
        sluice.depositWithAllowance(tokenTerms(), 0, 0);
    }

    function test_refusesPartyAboveOne() public {
        vm.deal(address(this), 1);
        refuses(abi.encodeWithSelector(WrongParty.selector, 2));
        sluice.depositWithValue{ value: 1 }(nativeTerms(), 2);
    }

    function test_refusesBadTerms() public {
        vm.deal(address(this), 10);
        ChannelTerms memory t = nativeTerms();
        (t.a.signer, t.b.signer) = (signerB, signerA);
        refusesTerms(t);
        t.a.signer = t.b.signer;
        refusesTerms(t);
        t = nativeTerms();
        t.a.signer = address(0);
        refusesTerms(t);
        t = nativeTerms();
        t.a.account = address(0);
        refusesTerms(t);
        t = nativeTerms();
        t.b.account = address(0);
        refusesTerms(t);
    }

    /// @dev Terms are hashed as they stand in calldata: were there two ways to write a field, a channel would have two ids.
    function test_refusesDirtyUpperBits() public {
        vm.deal(address(this), 1);
        bytes memory clean = abi.encodeCall(sluice.depositWithValue, (nativeTerms(), 0));
        // how many bytes accounts and signers, token, disputeWindow, nonce and party have
        uint8[8] memory sizes = [20, 20, 20, 20, 20, 4, 8, 1];
        for (uint256 i; i < sizes.length; ++i) {
            uint256 word = 4 + 32 * i;
            // token and party are refused where they are read
            bytes memory answer = i != 4 && i != 7 ? abi.encodeWithSelector(DirtyTerms.selector) : bytes("");
            refusesWith(answer, withByteSet(clean, word));
            refusesWith(answer, withByteSet(clean, word + 31 - sizes[i]));
        }
        (bool ok,) = address(sluice).call{ value: 1 }(clean);
        assertTrue(ok);
    }

    function withByteSet(bytes memory input, uint256 at) private pure returns (bytes memory output) {
        output = bytes.concat(input);
        output[at] = 0x01;
    }

    function refusesWith(bytes memory expected, bytes memory input) private {
        (bool ok, bytes memory answer) = address(sluice).call{ value: 1 }(input);
        assertFalse(ok);
        assertEq(answer, expected);
    }

    function refusesTerms(ChannelTerms memory t) private {
        refuses(abi.encodeWithSelector(BadTerms.selector, t.a.signer, t.b.signer, t.a.account, t.b.account));
        sluice.depositWithValue{ value: 1 }(t, 0);
    }

    function test_depositsStayBelow127Bits() public {
        (ChannelTerms memory t, bytes32 id) = funded(type(uint128).max / 2 - 8, 3);
        vm.deal(address(this), 6);
        for (uint8 party; party < 2; ++party) {
            refuses(abi.encodeWithSelector(TooMuch.selector, id, 6));
            sluice.depositWithValue{ value: 6 }(t, party);
        }
        sluice.depositWithValue{ value: 5 }(t, 1);
        assertEq(stateOf(id).depositA, type(uint128).max / 2 - 8);
        assertEq(stateOf(id).depositB, 8);
        assertEq(uint8(stateOf(id).status), uint8(Status.Open));
    }

    function test_aTokenCannotClaimMoreThan127Bits() public {
        ChannelTerms memory t = tokenTerms();
        uint256 amount = uint256(type(uint128).max / 2) + 1;
        token.mint(address(this), amount);
        token.approve(address(sluice), amount);
        refuses(abi.encodeWithSelector(TooMuch.selector, sluice.channelId(t), amount));
        sluice.depositWithAllowance(t, 0, amount);
    }

    function test_depositsWhileClosing() public {
        (ChannelTerms memory t, bytes32 id) = funded(5, 0);
        startCloseAs(signerA, t, noVoucher());
        fund(t, 1, 2);
        assertEq(stateOf(id).depositB, 2);
    }

    function test_refusesSettledChannel() public {
        (ChannelTerms memory t, bytes32 id) = funded(5, 0);
        settled(t, noVoucher(), noVoucher());
        vm.deal(address(this), 1);
        refuses(abi.encodeWithSelector(ChannelOver.selector, id));
        sluice.depositWithValue{ value: 1 }(t, 0);
    }

    function test_sendingValueAloneIsRefused() public {
        vm.deal(address(this), 1);
        (bool ok,) = address(sluice).call{ value: 1 }("");
        assertFalse(ok);
    }

    // ---- terms ----

    function test_refusesOneAccountOnBothSides() public {
        ChannelTerms memory t = nativeTerms();
        t.b.account = t.a.account;
        vm.deal(address(this), 1);
        refuses(abi.encodeWithSelector(SameAccount.selector, accountA));
        sluice.depositWithValue{ value: 1 }(t, 0);
    }

    function test_refusesAWindowOfZero() public {
        ChannelTerms memory t = nativeTerms();
        t.disputeWindow = 0;
        vm.deal(address(this), 1);
        refuses(abi.encodeWithSelector(ZeroWindow.selector));
        sluice.depositWithValue{ value: 1 }(t, 0);
        t.disputeWindow = 1;
        sluice.depositWithValue{ value: 1 }(t, 0);
    }

    /// @dev Whatever enters first looks at them: a close on an id without money, too.
    function test_termsAreLookedAtByWhateverComesFirst() public {
        ChannelTerms memory t = nativeTerms();
        t.b.account = t.a.account;
        bytes memory refusal = abi.encodeWithSelector(SameAccount.selector, accountA);
        refuses(refusal);
        vm.prank(signerA);
        sluice.startClose(t, noVoucher());
        bytes32 id = sluice.channelId(t);
        bytes32 digest = Reference.close(address(sluice), id, 0, 0, DEADLINE);
        refuses(refusal);
        sluice.close(t, 0, 0, DEADLINE, sign(keyA, digest), sign(keyB, digest), PUSH);
        digest = Reference.withdrawal(address(sluice), id, 0, 1, DEADLINE);
        refuses(refusal);
        sluice.withdraw(t, 0, 1, DEADLINE, sign(keyA, digest), sign(keyB, digest), PUSH);
    }

    // ---- what is no ERC-20 ----

    /// @dev transferFrom brings an ERC-721 token in, as an "amount" of its number; nothing would ever bring it out again.
    function test_refusesAnErc721Collection() public {
        Collectible collection = new Collectible();
        collection.mint(address(this), 7);
        collection.approve(address(sluice), 7);
        ChannelTerms memory t = nativeTerms();
        t.token = address(collection);
        refuses(abi.encodeWithSelector(NotErc20.selector, address(collection)));
        sluice.depositWithAllowance(t, 0, 7);
        assertEq(collection.ownerOf(7), address(this));
    }
}
